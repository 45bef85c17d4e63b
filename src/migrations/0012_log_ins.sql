-- For the list of one's own log-ins: the kind of browser, sealed under the person's key, bound to the log-in's id.
ALTER TABLE login_session ADD COLUMN sealed_browser {bytes};
