-- Money to the last detail: what priced each quarter hour, what was paid for, and what other currencies were worth.

-- What multiplied a quantity: rates in the ledger's currency, where they are from, what share was billed. Written once, never changed.
CREATE TABLE tariffs (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    billing TEXT NOT NULL,
    body    TEXT NOT NULL, -- the Tariff as JSON; null where no price held
    UNIQUE (billing, body)
) STRICT;
-- Until now everything was priced with the shipped rates, whatever was billed.
INSERT INTO tariffs (billing, body) SELECT billing, '{"provider":"default","class":"","source":"Headroom''s shipped rates",'
    || '"validFrom":"1970-01-01T00:00:00Z","listedCurrency":"USD","listed":{"cpuCoreHour":0.05,"memoryGbHour":0.01,"storageGbHour":0.001,'
    || '"networkMb":0.00001},"discount":1.0,"exchange":1.0,"currency":"USD","rates":{"cpuCoreHour":0.05,"memoryGbHour":0.01,'
    || '"storageGbHour":0.001,"networkMb":0.00001}}'
    FROM (SELECT 'provisioned' AS billing UNION ALL SELECT 'utilized' UNION ALL SELECT 'allocated');

ALTER TABLE cost_ledger RENAME TO cost_ledger_before;
ALTER TABLE cost_ledger_days RENAME TO cost_ledger_days_before;

-- Quarter hours. What was observed and what was estimated are two rows, and so is what two tariffs priced. Keyed by time first: every
-- tick adds to the same pages. Quantities are billionths of core-hours, GB-hours and MB.
CREATE TABLE cost_ledger (
    at              INTEGER NOT NULL, -- start of the quarter hour
    deployment      INTEGER NOT NULL REFERENCES deployments (key),
    estimated       INTEGER NOT NULL,
    tariff          INTEGER NOT NULL REFERENCES tariffs (id),
    cpu             INTEGER NOT NULL,
    memory          INTEGER NOT NULL,
    storage         INTEGER NOT NULL,
    network         INTEGER NOT NULL,
    idle            INTEGER NOT NULL,
    unused          INTEGER NOT NULL, -- of the total, what was paid for and not used
    cpu_amount      INTEGER NOT NULL,
    memory_amount   INTEGER NOT NULL,
    storage_amount  INTEGER NOT NULL,
    network_amount  INTEGER NOT NULL,
    idle_cpu_amount INTEGER NOT NULL,
    idle_memory_amount INTEGER NOT NULL,
    covered_ms      INTEGER NOT NULL, -- how much of the quarter hour is priced
    instance_ms     INTEGER NOT NULL, -- instances × milliseconds
    measured_ms     INTEGER NOT NULL, -- of these, those whose utilization was known
    used_ms         INTEGER NOT NULL, -- utilization × instances × milliseconds
    requests        REAL NOT NULL,
    until           INTEGER NOT NULL, -- the end of the last part in it
    PRIMARY KEY (at, deployment, estimated, tariff)
) STRICT, WITHOUT ROWID;
-- The same, summed by day in the workspace's time zone, so that a year of a fleet is a short sum.
CREATE TABLE cost_ledger_days (
    at              INTEGER NOT NULL, -- start of the day there
    deployment      INTEGER NOT NULL REFERENCES deployments (key),
    estimated       INTEGER NOT NULL,
    tariff          INTEGER NOT NULL REFERENCES tariffs (id),
    cpu             INTEGER NOT NULL,
    memory          INTEGER NOT NULL,
    storage         INTEGER NOT NULL,
    network         INTEGER NOT NULL,
    idle            INTEGER NOT NULL,
    unused          INTEGER NOT NULL,
    cpu_amount      INTEGER NOT NULL,
    memory_amount   INTEGER NOT NULL,
    storage_amount  INTEGER NOT NULL,
    network_amount  INTEGER NOT NULL,
    idle_cpu_amount INTEGER NOT NULL,
    idle_memory_amount INTEGER NOT NULL,
    covered_ms      INTEGER NOT NULL,
    instance_ms     INTEGER NOT NULL,
    measured_ms     INTEGER NOT NULL,
    used_ms         INTEGER NOT NULL,
    requests        REAL NOT NULL,
    until           INTEGER NOT NULL,
    PRIMARY KEY (at, deployment, estimated, tariff)
) STRICT, WITHOUT ROWID;

-- Quantities follow from the shipped rates: 0.05 a core-hour, 0.01 and 0.001 a GB-hour, 0.00001 a MB. What was billed is what the deployment
-- is billed now, idle money is shared out by what cores and memory cost, and where nothing was used nobody had measured: neither was
-- kept until now.
INSERT INTO cost_ledger SELECT b.at, b.deployment, b.estimated, t.id, b.cpu, b.memory, b.storage, b.network, b.idle,
    iif(t.billing = 'utilized', 0, b.idle), b.cpu * 20, b.memory * 100, b.storage * 1000, b.network * 100000, b.idle_cpu * 20,
    (b.idle - b.idle_cpu) * 100, b.covered_ms, b.instance_ms, iif(b.used_ms > 0, b.instance_ms, 0), b.used_ms, b.requests,
    b.at + b.covered_ms
    FROM (SELECT *, iif(cpu + memory > 0, CAST(round(1.0 * idle * cpu / (cpu + memory)) AS INTEGER), idle) AS idle_cpu FROM cost_ledger_before) b
    JOIN deployments d ON d.key = b.deployment JOIN tariffs t ON t.billing = coalesce(json_extract(d.body, '$.billing'), 'provisioned');
INSERT INTO cost_ledger_days SELECT b.at, b.deployment, b.estimated, t.id, b.cpu, b.memory, b.storage, b.network, b.idle,
    iif(t.billing = 'utilized', 0, b.idle), b.cpu * 20, b.memory * 100, b.storage * 1000, b.network * 100000, b.idle_cpu * 20,
    (b.idle - b.idle_cpu) * 100, b.covered_ms, b.instance_ms, iif(b.used_ms > 0, b.instance_ms, 0), b.used_ms, b.requests,
    b.at + b.covered_ms
    FROM (SELECT *, iif(cpu + memory > 0, CAST(round(1.0 * idle * cpu / (cpu + memory)) AS INTEGER), idle) AS idle_cpu FROM cost_ledger_days_before) b
    JOIN deployments d ON d.key = b.deployment JOIN tariffs t ON t.billing = coalesce(json_extract(d.body, '$.billing'), 'provisioned');
DROP TABLE cost_ledger_before;
DROP TABLE cost_ledger_days_before;

ALTER TABLE price_book ADD COLUMN spot INTEGER;       -- billionths of the rate that are paid
ALTER TABLE price_book ADD COLUMN commitment INTEGER;

-- What one unit of another currency was worth in the ledger's, in billionths. Given by a person.
CREATE TABLE exchange_rates (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    currency    TEXT NOT NULL,
    valid_from  INTEGER NOT NULL,
    rate        INTEGER NOT NULL,
    UNIQUE (currency, valid_from)
) STRICT;

-- Whose prices hold for a deployment, where a person said so.
CREATE TABLE deployment_prices (
    deployment  INTEGER PRIMARY KEY REFERENCES deployments (key),
    provider    TEXT NOT NULL,
    class       TEXT NOT NULL
) STRICT;

-- The guide's hourly aggregation, with text timestamps; always equal to the quarter hours, since it is made of them.
CREATE VIEW cost_hourly AS
SELECT d.id AS deployment_id, strftime('%Y-%m-%d %H:%M:%f', l.at / 3600000 * 3600.0, 'unixepoch') AS hour, l.estimated,
       sum(l.cpu) / 1e9 AS cpu_cost, sum(l.memory) / 1e9 AS memory_cost, sum(l.storage) / 1e9 AS storage_cost,
       sum(l.network) / 1e9 AS network_cost, sum(l.cpu + l.memory + l.storage + l.network) / 1e9 AS total_cost,
       sum(l.idle) / 1e9 AS idle_cost, sum(l.covered_ms) / 3.6e6 AS hours, sum(l.instance_ms) / 3.6e6 AS instance_hours,
       sum(l.requests) AS requests
FROM cost_ledger l JOIN deployments d ON d.key = l.deployment
GROUP BY l.deployment, l.at / 3600000, l.estimated;
-- Days in the workspace's time zone, by the instant at which they begin.
CREATE VIEW cost_daily AS
SELECT d.id AS deployment_id, strftime('%Y-%m-%d %H:%M:%f', l.at / 1000.0, 'unixepoch') AS day_starts_at, l.estimated,
       sum(l.cpu) / 1e9 AS cpu_cost, sum(l.memory) / 1e9 AS memory_cost, sum(l.storage) / 1e9 AS storage_cost,
       sum(l.network) / 1e9 AS network_cost, sum(l.cpu + l.memory + l.storage + l.network) / 1e9 AS total_cost,
       sum(l.idle) / 1e9 AS idle_cost, sum(l.covered_ms) / 3.6e6 AS hours, sum(l.instance_ms) / 3.6e6 AS instance_hours,
       sum(l.requests) AS requests
FROM cost_ledger_days l JOIN deployments d ON d.key = l.deployment
GROUP BY l.deployment, l.at, l.estimated;
