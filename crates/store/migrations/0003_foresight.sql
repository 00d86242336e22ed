-- What is learned to look ahead for a deployment whose policy is predictive. Written now and then; the samples since make it whole.
CREATE TABLE deployment_foresight (
    deployment  INTEGER PRIMARY KEY REFERENCES deployments (key),
    body        BLOB NOT NULL -- the Foresight as JSON, compressed
) STRICT;
