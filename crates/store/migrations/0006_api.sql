-- Who may call over the network. A token itself is shown once and kept nowhere: this is its hash.
CREATE TABLE api_tokens (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    role        TEXT NOT NULL, -- viewer, operator, admin
    hash        BLOB NOT NULL, -- SHA-256 of the whole token
    created_by  TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    revoked_by  TEXT,
    revoked_at  INTEGER
) STRICT, WITHOUT ROWID;
