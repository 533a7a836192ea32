-- Made by SchemaScriptTests from the migrations; it says how to make it anew.

CREATE TABLE "__EFMigrationsHistory" (
    "MigrationId" TEXT NOT NULL CONSTRAINT "PK___EFMigrationsHistory" PRIMARY KEY,
    "ProductVersion" TEXT NOT NULL
);

CREATE TABLE "models" (
    "name" TEXT NOT NULL CONSTRAINT "PK_models" PRIMARY KEY,
    "revision" TEXT NOT NULL,
    "descriptor" TEXT NOT NULL,
    "announced_at" INTEGER NOT NULL
, "version" INTEGER NOT NULL DEFAULT 0);

CREATE TABLE jobs (
    number INTEGER NOT NULL CONSTRAINT "PK_jobs" PRIMARY KEY AUTOINCREMENT,
    job_id BLOB NOT NULL,
    line_offset INTEGER NULL, "deleted_at" INTEGER NULL);

CREATE UNIQUE INDEX ix_jobs_job_id ON jobs (job_id);

CREATE TABLE predictors (
    id INTEGER NOT NULL CONSTRAINT "PK_predictors" PRIMARY KEY AUTOINCREMENT,
    model TEXT NOT NULL,
    revision TEXT NOT NULL,
    task TEXT NOT NULL,
    parameters TEXT NOT NULL,
    digest BLOB NOT NULL);

CREATE UNIQUE INDEX ix_predictors_digest ON predictors (digest);

CREATE TABLE predictions (
    key BLOB NOT NULL CONSTRAINT "PK_predictions" PRIMARY KEY,
    created_at INTEGER NOT NULL,
    predictor INTEGER NOT NULL,
    job INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    tokens_cut INTEGER NULL,
    input TEXT NOT NULL,
    input_pair TEXT NULL,
    output TEXT NULL,
    embedding BLOB NULL);

CREATE TABLE job_items (
    job INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    shard INTEGER NOT NULL,
    key BLOB NULL,
    custom_id TEXT NULL,
    CONSTRAINT "PK_job_items" PRIMARY KEY (job, ordinal)) WITHOUT ROWID;

CREATE INDEX ix_job_items_custom_id ON job_items (job, custom_id) WHERE custom_id IS NOT NULL;

CREATE TABLE item_errors (
    job INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    custom_id TEXT NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    line INTEGER NOT NULL,
    CONSTRAINT "PK_item_errors" PRIMARY KEY (job, ordinal)) WITHOUT ROWID;

CREATE TABLE shard_receipts (
    job INTEGER NOT NULL,
    shard INTEGER NOT NULL,
    received INTEGER NOT NULL,
    computed INTEGER NOT NULL,
    cached INTEGER NOT NULL,
    duplicates INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    padded_tokens INTEGER NOT NULL,
    CONSTRAINT "PK_shard_receipts" PRIMARY KEY (job, shard)) WITHOUT ROWID;

CREATE TABLE "model_revisions" (
    "name" TEXT NOT NULL,
    "revision" TEXT NOT NULL,
    "descriptor" TEXT NOT NULL,
    "announced_at" INTEGER NOT NULL,
    CONSTRAINT "PK_model_revisions" PRIMARY KEY ("name", "revision")
);

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion") VALUES ('20261124020223_CreateTables', '10.0.15');

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion") VALUES ('20261124113648_PartitionPredictions', '10.0.15');

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion") VALUES ('20261124213419_RevisionsAndDeletedJobs', '10.0.15');
