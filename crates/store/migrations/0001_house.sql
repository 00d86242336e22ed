-- The first house. Times are integer milliseconds UTC, money integer nano-units, closed sets their snake_case names.
-- What the guide names with text timestamps is a view over a table with integers (at the end).
PRAGMA application_id = 1212498244; -- "HEAD"

-- The policies as they are now; every version ever saved is in policy_versions.
CREATE TABLE policies (
    id          TEXT PRIMARY KEY,
    version     INTEGER NOT NULL,
    is_enabled  INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE policy_versions (
    policy_id   TEXT NOT NULL REFERENCES policies (id),
    version     INTEGER NOT NULL,
    saved_at    INTEGER NOT NULL,
    saved_by    TEXT NOT NULL,
    body        TEXT NOT NULL, -- the Policy as JSON
    PRIMARY KEY (policy_id, version)
) STRICT;

-- What is scaled. A removed one stays as a marked row, so that its history keeps its name.
CREATE TABLE deployments (
    key         INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL UNIQUE,
    name        TEXT NOT NULL,
    policy_id   TEXT REFERENCES policies (id),
    body        TEXT NOT NULL, -- the Deployment as JSON
    created_at  INTEGER NOT NULL,
    removed_at  INTEGER
) STRICT;
CREATE UNIQUE INDEX deployments_name ON deployments (name) WHERE removed_at IS NULL;
CREATE INDEX deployments_policy ON deployments (policy_id) WHERE policy_id IS NOT NULL;

-- A run of equal decisions is one row; the body is the first decision of the run, whole.
CREATE TABLE decisions (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    deployment      INTEGER NOT NULL REFERENCES deployments (key),
    policy_id       TEXT NOT NULL,
    policy_version  INTEGER NOT NULL,
    action          TEXT NOT NULL,
    reason          TEXT NOT NULL,
    held_by         TEXT,
    notable         INTEGER NOT NULL, -- it moved something or wanted to
    first_at        INTEGER NOT NULL,
    last_at         INTEGER NOT NULL, -- of a run that is still open, see open_runs
    count           INTEGER NOT NULL,
    body            TEXT NOT NULL     -- the Decision as JSON
) STRICT;
CREATE INDEX decisions_of_deployment ON decisions (deployment, id);
CREATE INDEX decisions_at ON decisions (deployment, first_at);
CREATE INDEX decisions_notable ON decisions (id) WHERE notable;

-- The run that each deployment is in. Apart from `decisions` because every evaluation touches it: narrow rows, few pages.
CREATE TABLE open_runs (
    deployment  INTEGER PRIMARY KEY REFERENCES deployments (key),
    decision    INTEGER NOT NULL REFERENCES decisions (id),
    last_at     INTEGER NOT NULL,
    count       INTEGER NOT NULL
) STRICT;

-- What `decide` remembers of each deployment.
CREATE TABLE deployment_memory (
    deployment  INTEGER PRIMARY KEY REFERENCES deployments (key),
    body        TEXT NOT NULL
) STRICT;

-- What was true around a deployment (freeze, order, price …) from an instant on; written when it changes. With the samples and
-- the policy versions, all that a replay needs.
CREATE TABLE deployment_circumstances (
    deployment  INTEGER NOT NULL REFERENCES deployments (key),
    at          INTEGER NOT NULL,
    body        TEXT NOT NULL,
    PRIMARY KEY (deployment, at)
) STRICT, WITHOUT ROWID;

-- Samples of the hours that are still open, in the order in which they come: a tick of 10 000 deployments appends to a few
-- hundred pages. Keyed by deployment first, it would touch 10 000 of them.
CREATE TABLE sample_ticks (
    id  INTEGER PRIMARY KEY AUTOINCREMENT,
    at  INTEGER NOT NULL
) STRICT;
CREATE INDEX sample_ticks_at ON sample_ticks (at);
CREATE TABLE samples_open (
    tick        INTEGER NOT NULL REFERENCES sample_ticks (id),
    deployment  INTEGER NOT NULL REFERENCES deployments (key),
    body        BLOB NOT NULL,
    PRIMARY KEY (tick, deployment)
) STRICT, WITHOUT ROWID;

-- Samples of closed hours, compressed: parts 0–23 are the hours of a day that is still open, part 24 is the whole closed day.
CREATE TABLE samples (
    id          INTEGER PRIMARY KEY,
    deployment  INTEGER NOT NULL REFERENCES deployments (key),
    day         INTEGER NOT NULL, -- days since 1970-01-01 UTC
    part        INTEGER NOT NULL,
    count       INTEGER NOT NULL,
    body        BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX samples_of_day ON samples (deployment, day, part);
CREATE INDEX samples_part ON samples (day, part);

-- Five-minute points. NULL is a hole.
CREATE TABLE usage_points (
    deployment          INTEGER NOT NULL REFERENCES deployments (key),
    at                  INTEGER NOT NULL, -- start of the five minutes
    samples             INTEGER NOT NULL,
    ready               REAL,
    total               REAL,
    score               REAL,
    cpu_mean            REAL, cpu_p95            REAL, cpu_max            REAL,
    memory_mean         REAL, memory_p95         REAL, memory_max         REAL,
    response_time_mean  REAL, response_time_p95  REAL, response_time_max  REAL,
    error_rate_mean     REAL, error_rate_p95     REAL, error_rate_max     REAL,
    requests_mean       REAL, requests_p95       REAL, requests_max       REAL,
    request_rate        REAL,
    network_bytes       REAL,
    disk_bytes          REAL,
    cost                INTEGER NOT NULL,
    PRIMARY KEY (deployment, at)
) STRICT, WITHOUT ROWID;

-- Quarter hours. What was observed and what was estimated are two rows. Keyed by time first: every tick adds to the same pages.
CREATE TABLE cost_ledger (
    at              INTEGER NOT NULL, -- start of the quarter hour
    deployment      INTEGER NOT NULL REFERENCES deployments (key),
    estimated       INTEGER NOT NULL,
    cpu             INTEGER NOT NULL,
    memory          INTEGER NOT NULL,
    storage         INTEGER NOT NULL,
    network         INTEGER NOT NULL,
    idle            INTEGER NOT NULL,
    covered_ms      INTEGER NOT NULL, -- how much of the quarter hour is priced
    instance_ms     INTEGER NOT NULL, -- instances × milliseconds
    used_ms         INTEGER NOT NULL, -- utilization × instances × milliseconds
    requests        REAL NOT NULL,
    PRIMARY KEY (at, deployment, estimated)
) STRICT, WITHOUT ROWID;
-- The same, summed by UTC day, so that a month of 10 000 deployments is a short sum.
CREATE TABLE cost_ledger_days (
    at              INTEGER NOT NULL, -- start of the day
    deployment      INTEGER NOT NULL REFERENCES deployments (key),
    estimated       INTEGER NOT NULL,
    cpu             INTEGER NOT NULL,
    memory          INTEGER NOT NULL,
    storage         INTEGER NOT NULL,
    network         INTEGER NOT NULL,
    idle            INTEGER NOT NULL,
    covered_ms      INTEGER NOT NULL,
    instance_ms     INTEGER NOT NULL,
    used_ms         INTEGER NOT NULL,
    requests        REAL NOT NULL,
    PRIMARY KEY (at, deployment, estimated)
) STRICT, WITHOUT ROWID;

-- Orders, committed before anything is moved. One without outcome was cut off: the target is asked what became of it.
CREATE TABLE intents (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    deployment      INTEGER NOT NULL REFERENCES deployments (key),
    cause           TEXT NOT NULL,
    decision        INTEGER, -- kept when the decision is retired
    from_instances  INTEGER NOT NULL,
    to_instances    INTEGER NOT NULL,
    reason          TEXT NOT NULL,
    ordered_by      TEXT NOT NULL,
    price_change    INTEGER NOT NULL,
    at              INTEGER NOT NULL,
    closed_at       INTEGER,
    outcome         TEXT,
    error           TEXT
) STRICT;
CREATE INDEX intents_open ON intents (id) WHERE closed_at IS NULL;

-- What was done, for good.
CREATE TABLE events (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    deployment      INTEGER NOT NULL REFERENCES deployments (key),
    event_type      TEXT NOT NULL,
    from_instances  INTEGER NOT NULL,
    to_instances    INTEGER NOT NULL,
    reason          TEXT NOT NULL,
    done_by         TEXT NOT NULL,
    policy_id       TEXT,
    policy_version  INTEGER,
    intent          INTEGER REFERENCES intents (id),
    confidence      REAL NOT NULL,
    price_change    INTEGER NOT NULL,
    outcome         TEXT NOT NULL,
    error           TEXT,
    metrics         TEXT NOT NULL, -- raw readings by metric as JSON
    created_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX events_of_deployment ON events (deployment, id);
CREATE INDEX events_of_type ON events (event_type, id);
CREATE INDEX events_at ON events (deployment, created_at);

-- Manual orders: leases with an end.
CREATE TABLE manual_overrides (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    deployment  INTEGER NOT NULL REFERENCES deployments (key),
    instances   INTEGER NOT NULL,
    reason      TEXT NOT NULL,
    ordered_by  TEXT NOT NULL,
    since       INTEGER NOT NULL,
    until       INTEGER NOT NULL,
    ended_at    INTEGER,
    ended_by    TEXT
) STRICT;
CREATE INDEX manual_overrides_open ON manual_overrides (deployment, until) WHERE ended_at IS NULL;

-- The instances that were last seen or started.
CREATE TABLE deployment_instances (
    deployment  INTEGER NOT NULL REFERENCES deployments (key),
    instance_id TEXT NOT NULL,
    state       TEXT NOT NULL,
    started_at  INTEGER NOT NULL,
    process_id  INTEGER,
    port        INTEGER,
    PRIMARY KEY (deployment, instance_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE price_book (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,
    provider            TEXT NOT NULL,
    class               TEXT NOT NULL, -- region or instance class, '' for all
    currency            TEXT NOT NULL,
    source              TEXT NOT NULL,
    valid_from          INTEGER NOT NULL,
    cpu_core_hour       INTEGER NOT NULL,
    memory_gb_hour      INTEGER NOT NULL,
    storage_gb_hour     INTEGER NOT NULL,
    network_mb          INTEGER NOT NULL,
    UNIQUE (provider, class, valid_from)
) STRICT;

CREATE TABLE audit_log (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    at          INTEGER NOT NULL,
    actor       TEXT NOT NULL,
    operation   TEXT NOT NULL,
    subject     TEXT NOT NULL,
    detail      TEXT NOT NULL -- JSON
) STRICT;

CREATE TABLE settings (
    name        TEXT PRIMARY KEY,
    value       TEXT NOT NULL, -- JSON
    updated_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The guide's names, with text timestamps that compare with datetime('now').
CREATE VIEW scaling_policies AS
SELECT p.id, d.id AS deployment_id, json_extract(v.body, '$.name') AS name,
       json_extract(v.body, '$.policyType') AS policy_type, json_extract(v.body, '$.templateId') AS template_id,
       json_extract(v.body, '$.mode') AS mode, p.version, p.is_enabled,
       json_extract(v.body, '$.metrics') AS metrics,
       json_extract(v.body, '$.scaleUpThreshold') AS scale_up_threshold,
       json_extract(v.body, '$.scaleDownThreshold') AS scale_down_threshold,
       json_extract(v.body, '$.cooldownPeriod') AS cooldown_period,
       json_extract(v.body, '$.minInstances') AS min_instances,
       json_extract(v.body, '$.maxInstances') AS max_instances,
       strftime('%Y-%m-%d %H:%M:%f', p.created_at / 1000.0, 'unixepoch') AS created_at,
       strftime('%Y-%m-%d %H:%M:%f', p.updated_at / 1000.0, 'unixepoch') AS updated_at
FROM policies p
JOIN policy_versions v ON v.policy_id = p.id AND v.version = p.version
LEFT JOIN deployments d ON d.policy_id = p.id AND d.removed_at IS NULL;

CREATE VIEW scaling_policy_versions AS
SELECT policy_id, version, strftime('%Y-%m-%d %H:%M:%f', saved_at / 1000.0, 'unixepoch') AS created_at,
       saved_by AS created_by, body AS policy
FROM policy_versions;

CREATE VIEW scaling_events AS
SELECT e.id, d.id AS deployment_id, e.event_type, e.from_instances, e.to_instances, e.reason, e.done_by AS created_by,
       e.policy_id, e.policy_version, e.confidence, e.price_change / 1e9 AS price_change_per_hour, e.outcome, e.error,
       e.metrics AS metrics_snapshot,
       strftime('%Y-%m-%d %H:%M:%f', e.created_at / 1000.0, 'unixepoch') AS created_at
FROM events e JOIN deployments d ON d.key = e.deployment;

CREATE VIEW scaling_decisions AS
SELECT c.id, d.id AS deployment_id, c.policy_id, c.policy_version, c.action, c.reason, c.held_by,
       strftime('%Y-%m-%d %H:%M:%f', c.first_at / 1000.0, 'unixepoch') AS first_at,
       strftime('%Y-%m-%d %H:%M:%f', coalesce(r.last_at, c.last_at) / 1000.0, 'unixepoch') AS last_at,
       coalesce(r.count, c.count) AS count, c.body AS decision
FROM decisions c
JOIN deployments d ON d.key = c.deployment
LEFT JOIN open_runs r ON r.deployment = c.deployment AND r.decision = c.id;

CREATE VIEW resource_usage AS
SELECT d.id AS deployment_id, strftime('%Y-%m-%d %H:%M:%f', u.at / 1000.0, 'unixepoch') AS timestamp,
       u.cpu_mean AS cpu_usage, u.memory_mean AS memory_usage, u.network_bytes AS network_io, u.disk_bytes AS disk_io,
       u.cost / 1e9 AS cost_estimate, u.total AS instances, u.request_rate, u.response_time_mean AS response_time,
       u.error_rate_mean AS error_rate
FROM usage_points u JOIN deployments d ON d.key = u.deployment;
