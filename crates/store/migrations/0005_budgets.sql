-- What may be spent in a month, on what. What was said of a budget is in alert_tracks and alerts.
CREATE TABLE budgets (
    id              TEXT PRIMARY KEY,
    monthly_limit   INTEGER NOT NULL, -- nano-units: exact, whatever JSON makes of it
    body            TEXT NOT NULL,    -- the Budget as JSON
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The guide's names, with text timestamps.
CREATE VIEW budget_configs AS
SELECT id, json_extract(body, '$.name') AS name, json_extract(body, '$.scope.kind') AS scope,
       json_extract(body, '$.scope.deploymentId') AS deployment_id, json_extract(body, '$.scope.tag') AS tag,
       monthly_limit / 1e9 AS monthly_limit, json_extract(body, '$.warningThreshold') AS warning_threshold,
       json_extract(body, '$.criticalThreshold') AS critical_threshold, json_extract(body, '$.resetDay') AS reset_day,
       json_extract(body, '$.timeZone') AS time_zone, json_extract(body, '$.isEnabled') AS is_enabled,
       json_extract(body, '$.guard') AS guard,
       strftime('%Y-%m-%d %H:%M:%f', created_at / 1000.0, 'unixepoch') AS created_at,
       strftime('%Y-%m-%d %H:%M:%f', updated_at / 1000.0, 'unixepoch') AS updated_at
FROM budgets;
CREATE VIEW budget_alerts AS
SELECT a.id, substr(a.scope, length('budget:') + 1) AS budget_id, d.id AS deployment_id, a.level, a.title, a.message,
       json_extract(a.detail, '$.percentage') AS percentage, json_extract(a.detail, '$.spent') AS spent,
       json_extract(a.detail, '$.limit') AS monthly_limit,
       strftime('%Y-%m-%d %H:%M:%f', a.fired_at / 1000.0, 'unixepoch') AS created_at,
       strftime('%Y-%m-%d %H:%M:%f', a.resolved_at / 1000.0, 'unixepoch') AS resolved_at
FROM alerts a LEFT JOIN deployments d ON d.key = a.deployment
WHERE a.kind = 'budget';
