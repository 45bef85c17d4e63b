-- A form that was taken back before it was sent; nobody sees it any more, and what was answered of it is gone.
ALTER TABLE questionnaire_response ADD COLUMN withdrawn_at {time};
