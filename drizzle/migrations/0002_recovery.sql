CREATE TABLE "callback" (
	"tenant_id" text NOT NULL,
	"system" text NOT NULL,
	"message_id" text NOT NULL,
	"correlation_id" text NOT NULL,
	"body" jsonb NOT NULL,
	"received_at" timestamp with time zone DEFAULT now() NOT NULL,
	"service_order_id" text,
	"item" integer,
	"step" text,
	"state" text NOT NULL,
	"reason" text,
	"tries" integer DEFAULT 0 NOT NULL,
	"due_at" timestamp with time zone DEFAULT now() NOT NULL,
	"settled_at" timestamp with time zone,
	CONSTRAINT "callback_tenant_id_system_message_id_pk" PRIMARY KEY("tenant_id","system","message_id"),
	CONSTRAINT "callback_state_known" CHECK ("state" in ('waiting', 'delivered', 'dead'))
);
--> statement-breakpoint
CREATE TABLE "fallout" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"order_id" text,
	"service_order_id" text,
	"item" integer,
	"step" text,
	"system" text,
	"class" text NOT NULL,
	"code" text NOT NULL,
	"reason" text NOT NULL,
	"tries" integer NOT NULL,
	"seen" jsonb,
	"opened_at" timestamp with time zone DEFAULT now() NOT NULL,
	"closed_at" timestamp with time zone,
	"resolution" text,
	CONSTRAINT "fallout_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "fallout_class_known" CHECK ("class" in ('transient', 'throttled', 'inDoubt', 'refused', 'invalid', 'conflict', 'drift', 'lied', 'unavailable', 'ours', 'unknown', 'orphaned'))
);
--> statement-breakpoint
CREATE TABLE "system_health" (
	"system" text PRIMARY KEY NOT NULL,
	"failures" integer NOT NULL,
	"open_until" timestamp with time zone,
	"last_error" text,
	"changed_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "watch" (
	"tenant_id" text NOT NULL,
	"service_order_id" text NOT NULL,
	"item" integer NOT NULL,
	"step" text NOT NULL,
	"service_id" text NOT NULL,
	"system" text NOT NULL,
	"object" text NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"until" timestamp with time zone NOT NULL,
	CONSTRAINT "watch_tenant_id_service_order_id_item_step_pk" PRIMARY KEY("tenant_id","service_order_id","item","step")
);
--> statement-breakpoint
ALTER TABLE "attempt" ADD COLUMN "seen" jsonb;--> statement-breakpoint
ALTER TABLE "service_order" ADD COLUMN "client" text;--> statement-breakpoint
ALTER TABLE "service_order" ADD COLUMN "external_id" text;--> statement-breakpoint
ALTER TABLE "service_order" ADD COLUMN "fingerprint" text;--> statement-breakpoint
ALTER TABLE "service_order" ADD COLUMN "carried" jsonb;--> statement-breakpoint
ALTER TABLE "service_order" ADD COLUMN "requested_start" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "service_order" ADD COLUMN "run_chain" text;--> statement-breakpoint
ALTER TABLE "system" ADD COLUMN "paused" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "system" ADD COLUMN "paused_why" text;--> statement-breakpoint
ALTER TABLE "system" ADD COLUMN "callback_secret" text;--> statement-breakpoint
CREATE INDEX "callback_due" ON "callback" USING btree ("due_at") WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX "callback_dead" ON "callback" USING btree ("tenant_id","received_at") WHERE state = 'dead';--> statement-breakpoint
CREATE INDEX "fallout_open" ON "fallout" USING btree ("tenant_id","opened_at","id") WHERE closed_at is null;--> statement-breakpoint
CREATE INDEX "fallout_order" ON "fallout" USING btree ("tenant_id","order_id");--> statement-breakpoint
CREATE INDEX "fallout_service_order" ON "fallout" USING btree ("tenant_id","service_order_id");--> statement-breakpoint
CREATE INDEX "watch_due" ON "watch" USING btree ("due_at");--> statement-breakpoint
CREATE UNIQUE INDEX "attempt_correlation" ON "attempt" USING btree ("tenant_id","correlation_id");--> statement-breakpoint
CREATE UNIQUE INDEX "service_order_external_id" ON "service_order" USING btree ("tenant_id","client","external_id") WHERE state not in ('rejected', 'failed', 'cancelled');