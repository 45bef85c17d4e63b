import type { components } from '../api/generated';

// Names for what the server describes; nothing of it is written by hand.
type Schemas = components['schemas'];

export type Session = Schemas['LoggedIn'];
export type SecondFactor = Schemas['SecondFactor'];
export type NewSecret = Schemas['NewSecret'];
export type LogIn = Schemas['LogInEntry'];
export type Practice = Schemas['PracticeAnswer'];
export type CrisisCountry = Schemas['CrisisCountry'];
export type CrisisContact = Schemas['CrisisContact'];
export type AccessLine = Schemas['AccessLine'];
export type Episode = Schemas['EpisodeAnswer'];
export type Room = Schemas['RoomAnswer'];
export type Participant = Schemas['Participant'];
export type MessageBody = Schemas['MessageEvent'];
export type StoredEvent = Schemas['StoredEvent'];
export type EventPage = Schemas['Events'];
export type Attachment = Schemas['Attachment'];
export type SentMessage = Schemas['Message'];
export type DraftText = Schemas['DraftText'];
export type DraftToSave = Schemas['DraftToSave'];
export type Form = Schemas['Form'];
export type FormDetails = Schemas['FormDetails'];
export type FormVersion = Schemas['FormVersion'];
export type FormAnswers = Schemas['Answers'];
export type ItemAnswer = Schemas['ItemAnswer'];
export type QuestionnaireText = Schemas['QuestionnaireText'];
export type Encounter = Schemas['EncounterAnswer'];
export type AgendaItem = Schemas['AgendaItemAnswer'];
export type Channel = Schemas['Channel'];
export type Course = Schemas['CourseAnswer'];
export type CoursePoint = Schemas['CoursePoint'];
export type CourseEvent = Schemas['CourseEvent'];
export type CourseSession = Schemas['CourseSession'];
export type Told = Schemas['Told'];
export type Concern = Schemas['ConcernEntry'];
export type ConcernDetails = Schemas['ConcernDetails'];
export type Closing = Schemas['Closing'];
export type Consent = Schemas['Consent'];
export type ConsentStep = Schemas['ConsentStep'];
export type ConsentText = Schemas['ConsentText'];
export type CaseloadClient = Schemas['CaseloadClient'];
export type CaseloadReason = Schemas['Reason'];
export type Staff = Schemas['Staff'];
export type StaffEntry = Schemas['StaffEntry'];
export type Invitation = Schemas['InvitationEntry'];
export type InvitedTo = Schemas['InvitedTo'];
export type SetupState = Schemas['SetupState'];
export type SetupItem = Schemas['SetupItem'];
export type LiveEvent = Schemas['LiveEvent'];

/** Passes by and is not kept: it has no number. A newer server may send kinds that are not in this list. */
export type PassingEvent = Exclude<LiveEvent, { kind: 'message' }>;
export type MailState = Schemas['EmailAnswer'];
export type PushState = Schemas['PushAnswer'];
export type PushDevice = Schemas['PushDeviceEntry'];
