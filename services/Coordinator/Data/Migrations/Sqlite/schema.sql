-- Made by SchemaScriptTests from the migrations; it says how to make it anew.

CREATE TABLE "__migrations" (
    "MigrationId" TEXT NOT NULL CONSTRAINT "PK___migrations" PRIMARY KEY,
    "ProductVersion" TEXT NOT NULL
);

CREATE TABLE "files" (
    "id" TEXT NOT NULL CONSTRAINT "PK_files" PRIMARY KEY,
    "filename" TEXT NOT NULL,
    "bytes" INTEGER NOT NULL,
    "format" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "created_at" INTEGER NOT NULL
, "url" TEXT NULL, "version" TEXT NULL);

CREATE TABLE "jobs" (
    "id" TEXT NOT NULL CONSTRAINT "PK_jobs" PRIMARY KEY,
    "status" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "revision" TEXT NOT NULL,
    "task" TEXT NOT NULL,
    "parameters" TEXT NOT NULL,
    "file_id" TEXT NOT NULL,
    "format" TEXT NOT NULL,
    "text_field" TEXT NOT NULL,
    "text_pair_field" TEXT NULL,
    "id_field" TEXT NULL,
    "csv_header" TEXT NULL,
    "data_offset" INTEGER NOT NULL,
    "data_line" INTEGER NOT NULL,
    "priority" INTEGER NOT NULL,
    "metadata" TEXT NOT NULL,
    "idempotency_key" TEXT NULL,
    "request_digest" TEXT NULL,
    "trace_parent" TEXT NULL,
    "message" TEXT NULL,
    "planned_at" INTEGER NULL,
    "total" INTEGER NOT NULL,
    "computed" INTEGER NOT NULL,
    "cached" INTEGER NOT NULL,
    "duplicates" INTEGER NOT NULL,
    "failed" INTEGER NOT NULL,
    "tokens" INTEGER NOT NULL,
    "padded_tokens" INTEGER NOT NULL,
    "shards" INTEGER NOT NULL,
    "shards_persisted" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    "started_at" INTEGER NULL,
    "finished_at" INTEGER NULL
, "error_threshold" REAL NULL, "expires_at" INTEGER NULL, "retry_of" TEXT NULL, "strikes" INTEGER NOT NULL DEFAULT 0, "trouble" TEXT NULL, "prompt" TEXT NULL, "deleted_at" INTEGER NULL);

CREATE TABLE "models" (
    "name" TEXT NOT NULL CONSTRAINT "PK_models" PRIMARY KEY,
    "revision" TEXT NOT NULL,
    "descriptor" TEXT NOT NULL,
    "announced_at" INTEGER NOT NULL
, "version" INTEGER NOT NULL DEFAULT 0);

CREATE TABLE "shards" (
    "job_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "offset" INTEGER NOT NULL,
    "length" INTEGER NOT NULL,
    "first_ordinal" INTEGER NOT NULL,
    "first_line" INTEGER NOT NULL,
    "next_line" INTEGER NOT NULL,
    "record_count" INTEGER NOT NULL,
    "status" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL,
    "lease_tick" INTEGER NULL,
    "worker" TEXT NULL,
    "dispatched_at" INTEGER NULL,
    "started_at" INTEGER NULL,
    "persisted_at" INTEGER NULL,
    "computed" INTEGER NOT NULL,
    "cached" INTEGER NOT NULL,
    "duplicates" INTEGER NOT NULL,
    "failed" INTEGER NOT NULL,
    "tokens" INTEGER NOT NULL,
    "padded_tokens" INTEGER NOT NULL,
    "fault" TEXT NULL, "dispatch_tick" INTEGER NOT NULL DEFAULT 0, "not_before" INTEGER NOT NULL DEFAULT 0, "only" TEXT NULL, "run_by" TEXT NULL, "strikes" INTEGER NOT NULL DEFAULT 0, "inferred_at" INTEGER NULL, "lengths" TEXT NULL, "predicted" INTEGER NOT NULL DEFAULT 0, "predicted_tokens" INTEGER NOT NULL DEFAULT 0, "predicted_at" INTEGER NULL,
    CONSTRAINT "PK_shards" PRIMARY KEY ("job_id", "number")
);

CREATE TABLE "workers" (
    "worker" TEXT NOT NULL,
    "revision" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "seen_at" INTEGER NOT NULL, "seen_tick" INTEGER NOT NULL DEFAULT 0, "memory_bytes" INTEGER NULL,
    CONSTRAINT "PK_workers" PRIMARY KEY ("worker", "revision")
);

CREATE INDEX "IX_jobs_file_id" ON "jobs" ("file_id");

CREATE UNIQUE INDEX "IX_jobs_idempotency_key" ON "jobs" ("idempotency_key");

CREATE INDEX "IX_jobs_status" ON "jobs" ("status");

CREATE INDEX "IX_shards_job_id_status_number" ON "shards" ("job_id", "status", "number");

CREATE INDEX "IX_shards_status_lease_tick" ON "shards" ("status", "lease_tick");

CREATE TABLE "lease_clock" (
    "id" INTEGER NOT NULL CONSTRAINT "PK_lease_clock" PRIMARY KEY,
    "now" INTEGER NOT NULL
);

CREATE TABLE "model_revisions" (
    "name" TEXT NOT NULL,
    "revision" TEXT NOT NULL,
    "descriptor" TEXT NOT NULL,
    "first_seen_at" INTEGER NOT NULL,
    "announced_at" INTEGER NOT NULL,
    CONSTRAINT "PK_model_revisions" PRIMARY KEY ("name", "revision")
);

CREATE INDEX "IX_jobs_deleted_at" ON "jobs" ("deleted_at") WHERE deleted_at IS NOT NULL;

CREATE TABLE claims (key BLOB PRIMARY KEY, job_id TEXT NOT NULL, shard INTEGER NOT NULL, attempt INTEGER NOT NULL) WITHOUT ROWID
;

CREATE TABLE "trims" (
    "id" TEXT NOT NULL CONSTRAINT "PK_trims" PRIMARY KEY,
    "revisions" TEXT NULL,
    "spared" TEXT NOT NULL,
    "until_tick" INTEGER NOT NULL
);

CREATE INDEX "IX_shards_strikes" ON "shards" ("strikes") WHERE strikes > 0;

INSERT INTO "__migrations" ("MigrationId", "ProductVersion") VALUES ('20261124020810_Initial', '10.0.15');

INSERT INTO "__migrations" ("MigrationId", "ProductVersion") VALUES ('20261124111738_JobControl', '10.0.15');

INSERT INTO "__migrations" ("MigrationId", "ProductVersion") VALUES ('20261124123022_Prompts', '10.0.15');

INSERT INTO "__migrations" ("MigrationId", "ProductVersion") VALUES ('20261124213412_RevisionsAndDeletedJobs', '10.0.15');

INSERT INTO "__migrations" ("MigrationId", "ProductVersion") VALUES ('20261124213704_ShardTimings', '10.0.15');

INSERT INTO "__migrations" ("MigrationId", "ProductVersion") VALUES ('20261124213900_Claims', '10.0.15');

INSERT INTO "__migrations" ("MigrationId", "ProductVersion") VALUES ('20261127214500_ObjectCorpora', '10.0.15');

INSERT INTO "__migrations" ("MigrationId", "ProductVersion") VALUES ('20261128020356_ShardLengths', '10.0.15');

INSERT INTO "__migrations" ("MigrationId", "ProductVersion") VALUES ('20261128052000_RunningTrims', '10.0.15');

INSERT INTO "__migrations" ("MigrationId", "ProductVersion") VALUES ('20261128113500_FailedShardsIndex', '10.0.15');

INSERT INTO "__migrations" ("MigrationId", "ProductVersion") VALUES ('20261129005000_ShardProgress', '10.0.15');

INSERT INTO "lease_clock" ("id", "now") VALUES (1, 0);
