CREATE TABLE "audit" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"client" text NOT NULL,
	"subject" text NOT NULL,
	"command" text NOT NULL,
	"entity" text NOT NULL,
	"entity_id" text NOT NULL,
	"order_id" text,
	"service_order_id" text,
	"item" integer,
	"step" text,
	"reason" text,
	"given" jsonb,
	"outcome" text NOT NULL,
	"code" text,
	"message" text,
	"decided_at" timestamp with time zone,
	"before" integer,
	"after" integer,
	CONSTRAINT "audit_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "audit_outcome_known" CHECK ("outcome" in ('asked', 'done', 'refused'))
);
--> statement-breakpoint
CREATE TABLE "bulk_entry" (
	"tenant_id" text NOT NULL,
	"task_id" text NOT NULL,
	"fallout_id" text NOT NULL,
	"state" text NOT NULL,
	"code" text,
	"message" text,
	"tries" integer DEFAULT 0 NOT NULL,
	"due_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "bulk_entry_tenant_id_task_id_fallout_id_pk" PRIMARY KEY("tenant_id","task_id","fallout_id"),
	CONSTRAINT "bulk_entry_state_known" CHECK ("state" in ('waiting', 'done', 'refused'))
);
--> statement-breakpoint
CREATE TABLE "bulk_task" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"command" text NOT NULL,
	"class" text,
	"system" text,
	"reason" text,
	"client" text NOT NULL,
	"subject" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "bulk_task_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "cancel_task" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"kind" text NOT NULL,
	"target" text NOT NULL,
	"client" text NOT NULL,
	"state" text NOT NULL,
	"version" integer NOT NULL,
	"accepted" boolean DEFAULT false NOT NULL,
	"reason" text,
	"requested_at" timestamp with time zone,
	"code" text,
	"message" text,
	"carried" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"effective_at" timestamp with time zone,
	CONSTRAINT "cancel_task_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "cancel_task_state_known" CHECK ("state" in ('acknowledged', 'inProgress', 'done', 'terminatedWithError'))
);
--> statement-breakpoint
CREATE TABLE "override" (
	"tenant_id" text NOT NULL,
	"service_id" text NOT NULL,
	"step" text NOT NULL,
	"values" jsonb NOT NULL,
	"set_by" text NOT NULL,
	"set_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "override_tenant_id_service_id_step_pk" PRIMARY KEY("tenant_id","service_id","step")
);
--> statement-breakpoint
ALTER TABLE "fallout" ADD COLUMN "owner" text;--> statement-breakpoint
ALTER TABLE "fallout" ADD COLUMN "owned_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "product_order" ADD COLUMN "held_by" text;--> statement-breakpoint
ALTER TABLE "product_order" ADD COLUMN "aborted_by" text;--> statement-breakpoint
ALTER TABLE "service_order" ADD COLUMN "held_by" text;--> statement-breakpoint
ALTER TABLE "service_order" ADD COLUMN "aborted_by" text;--> statement-breakpoint
ALTER TABLE "service_order" ADD COLUMN "retreat" jsonb;--> statement-breakpoint
CREATE INDEX "audit_at" ON "audit" USING btree ("tenant_id","at","id");--> statement-breakpoint
CREATE INDEX "audit_order" ON "audit" USING btree ("tenant_id","order_id");--> statement-breakpoint
CREATE INDEX "bulk_entry_due" ON "bulk_entry" USING btree ("due_at") WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX "bulk_task_created" ON "bulk_task" USING btree ("tenant_id","created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "cancel_task_open" ON "cancel_task" USING btree ("tenant_id","kind","target") WHERE state in ('acknowledged', 'inProgress');--> statement-breakpoint
CREATE INDEX "cancel_task_created" ON "cancel_task" USING btree ("tenant_id","created_at","id");