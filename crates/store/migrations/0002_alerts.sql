-- Alerts, what was told of them, and the outbox of what is still to be delivered.

-- What the alert machines remember: a firing condition of a deployment, the levels of a budget that were said.
CREATE TABLE alert_tracks (
    kind    TEXT NOT NULL,
    scope   TEXT NOT NULL,
    body    TEXT NOT NULL, -- JSON
    PRIMARY KEY (kind, scope)
) STRICT, WITHOUT ROWID;

-- What was said, for good. The key makes it once per level and period.
CREATE TABLE alerts (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    kind            TEXT NOT NULL,
    scope           TEXT NOT NULL,
    level           TEXT NOT NULL,
    period          TEXT NOT NULL,
    deployment      INTEGER REFERENCES deployments (key),
    title           TEXT NOT NULL,
    message         TEXT NOT NULL,
    detail          TEXT NOT NULL, -- JSON: the numbers behind it
    since           INTEGER NOT NULL,
    fired_at        INTEGER NOT NULL,
    expires_at      INTEGER, -- over by itself then: a budget's period has an end
    resolved_at     INTEGER,
    acknowledged_at INTEGER,
    acknowledged_by TEXT,
    snoozed_until   INTEGER,
    UNIQUE (kind, scope, level, period)
) STRICT;
CREATE INDEX alerts_firing ON alerts (id) WHERE resolved_at IS NULL;
CREATE INDEX alerts_of_scope ON alerts (kind, scope, id);

-- The notification centre: what was told, whether or not it went anywhere else.
CREATE TABLE notifications (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    alert       INTEGER REFERENCES alerts (id),
    tells       TEXT NOT NULL, -- firing, resolved, reminder, test
    title       TEXT NOT NULL,
    message     TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    read_at     INTEGER
) STRICT;
CREATE INDEX notifications_unread ON notifications (id) WHERE read_at IS NULL;
CREATE INDEX notifications_of_alert ON notifications (alert);

-- Where notifications go besides the centre. Secrets are in the credential store under the channel's id, never here.
CREATE TABLE channels (
    id              TEXT PRIMARY KEY,
    name            TEXT NOT NULL,
    body            TEXT NOT NULL, -- JSON: the kind with its addresses
    is_enabled      INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    removed_at      INTEGER,
    delivered_at    INTEGER, -- the newest that arrived
    failed_at       INTEGER, -- the newest that did not
    error           TEXT     -- why; none once something arrived
) STRICT, WITHOUT ROWID;

-- Always there; nothing goes to it where no desktop is.
INSERT INTO channels (id, name, body, is_enabled, created_at) VALUES ('desktop', 'This desktop', '{"kind":"desktop"}', 1, 0);

-- The outbox: one row for each notification and channel, from the transaction that raised it until it is settled.
CREATE TABLE deliveries (
    key             INTEGER PRIMARY KEY AUTOINCREMENT,
    id              TEXT NOT NULL UNIQUE, -- the same at every attempt: receivers drop what they have
    notification    INTEGER NOT NULL REFERENCES notifications (id),
    channel         TEXT NOT NULL,
    attempts        INTEGER NOT NULL DEFAULT 0,
    next_at         INTEGER NOT NULL,
    settled_at      INTEGER,
    outcome         TEXT, -- delivered, handed_over, given_up, cancelled
    receipt         TEXT, -- what the receiver calls it
    error           TEXT
) STRICT;
CREATE INDEX deliveries_due ON deliveries (next_at) WHERE settled_at IS NULL;
CREATE INDEX deliveries_of_notification ON deliveries (notification);
