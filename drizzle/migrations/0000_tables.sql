CREATE TABLE "attempt" (
	"tenant_id" text NOT NULL,
	"service_order_id" text NOT NULL,
	"item" integer NOT NULL,
	"step" text NOT NULL,
	"number" integer NOT NULL,
	"key" text NOT NULL,
	"correlation_id" text NOT NULL,
	"noted_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone,
	"outcome" text,
	"code" text,
	"message" text,
	CONSTRAINT "attempt_tenant_id_service_order_id_item_step_number_pk" PRIMARY KEY("tenant_id","service_order_id","item","step","number")
);
--> statement-breakpoint
CREATE TABLE "catalog_entry" (
	"tenant_id" text NOT NULL,
	"kind" text NOT NULL,
	"id" text NOT NULL,
	"content" jsonb NOT NULL,
	"name" text NOT NULL,
	"version" text NOT NULL,
	"lifecycle" text NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "catalog_entry_tenant_id_kind_id_pk" PRIMARY KEY("tenant_id","kind","id"),
	CONSTRAINT "catalog_entry_kind" CHECK ("kind" in ('serviceSpecification', 'productSpecification', 'productOffering'))
);
--> statement-breakpoint
CREATE TABLE "catalog_head" (
	"tenant_id" text PRIMARY KEY NOT NULL,
	"hash" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "catalog_snapshot" (
	"tenant_id" text NOT NULL,
	"hash" text NOT NULL,
	"content" jsonb NOT NULL,
	"saved_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "catalog_snapshot_tenant_id_hash_pk" PRIMARY KEY("tenant_id","hash")
);
--> statement-breakpoint
CREATE TABLE "claim" (
	"tenant_id" text NOT NULL,
	"product_id" text NOT NULL,
	"mode" text NOT NULL,
	"holders" text[] NOT NULL,
	CONSTRAINT "claim_tenant_id_product_id_pk" PRIMARY KEY("tenant_id","product_id")
);
--> statement-breakpoint
CREATE TABLE "dispatch" (
	"tenant_id" text NOT NULL,
	"order_id" text NOT NULL,
	"sequence" bigint GENERATED ALWAYS AS IDENTITY (sequence name "dispatch_sequence_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"command" text NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"tries" integer DEFAULT 0 NOT NULL,
	"last_error" text,
	CONSTRAINT "dispatch_tenant_id_order_id_sequence_pk" PRIMARY KEY("tenant_id","order_id","sequence")
);
--> statement-breakpoint
CREATE TABLE "domain" (
	"name" text PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE TABLE "event" (
	"tenant_id" text NOT NULL,
	"entity" text NOT NULL,
	"entity_id" text NOT NULL,
	"version" integer NOT NULL,
	"id" text NOT NULL,
	"type" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"snapshot" jsonb NOT NULL,
	CONSTRAINT "event_tenant_id_entity_entity_id_version_pk" PRIMARY KEY("tenant_id","entity","entity_id","version")
);
--> statement-breakpoint
CREATE TABLE "footprint" (
	"tenant_id" text NOT NULL,
	"service_id" text NOT NULL,
	"step" text NOT NULL,
	"system" text NOT NULL,
	"object" text NOT NULL,
	"values" jsonb NOT NULL,
	"results" jsonb NOT NULL,
	"version" text NOT NULL,
	"built_after" text[] NOT NULL,
	"snapshot" text,
	"presence" text NOT NULL,
	"key" text NOT NULL,
	CONSTRAINT "footprint_tenant_id_service_id_system_object_pk" PRIMARY KEY("tenant_id","service_id","system","object"),
	CONSTRAINT "footprint_presence_known" CHECK ("presence" in ('present', 'doubtful', 'absent'))
);
--> statement-breakpoint
CREATE TABLE "idempotency" (
	"tenant_id" text NOT NULL,
	"client" text NOT NULL,
	"operation" text NOT NULL,
	"key" text NOT NULL,
	"fingerprint" text NOT NULL,
	"status" integer,
	"body" json,
	"location" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_tenant_id_client_operation_key_pk" PRIMARY KEY("tenant_id","client","operation","key")
);
--> statement-breakpoint
CREATE TABLE "order_item" (
	"tenant_id" text NOT NULL,
	"order_id" text NOT NULL,
	"id" text NOT NULL,
	"ordinal" integer NOT NULL,
	"parent" text,
	"action" text NOT NULL,
	"quantity" integer NOT NULL,
	"offering" text,
	"specification" text,
	"product_id" text,
	"characteristics" jsonb NOT NULL,
	"relationships" jsonb NOT NULL,
	"product_relationships" jsonb NOT NULL,
	"carried" jsonb NOT NULL,
	"products" text[] NOT NULL,
	"state" text NOT NULL,
	"code" text,
	CONSTRAINT "order_item_tenant_id_order_id_id_pk" PRIMARY KEY("tenant_id","order_id","id"),
	CONSTRAINT "order_item_state_known" CHECK ("state" in ('acknowledged', 'rejected', 'pending', 'inProgress', 'held', 'assessingCancellation', 'pendingCancellation', 'cancelled', 'completed', 'failed')),
	CONSTRAINT "order_item_action_known" CHECK ("action" in ('add', 'modify', 'delete', 'noChange'))
);
--> statement-breakpoint
CREATE TABLE "product" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"status" text NOT NULL,
	"version" integer NOT NULL,
	"offering" text NOT NULL,
	"specification" text NOT NULL,
	"name" text NOT NULL,
	"characteristics" jsonb NOT NULL,
	"carried" jsonb NOT NULL,
	"order_items" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	CONSTRAINT "product_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "product_status_known" CHECK ("status" in ('created', 'pendingActive', 'active', 'suspended', 'pendingTerminate', 'terminated', 'cancelled', 'aborted'))
);
--> statement-breakpoint
CREATE TABLE "product_order" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"client" text NOT NULL,
	"external_id" text,
	"fingerprint" text NOT NULL,
	"state" text NOT NULL,
	"version" integer NOT NULL,
	"snapshot" text NOT NULL,
	"run_chain" text,
	"plan" jsonb,
	"compact_plan" jsonb,
	"plan_hash" text,
	"description" text,
	"category" text,
	"priority" text,
	"carried" jsonb NOT NULL,
	"requested_start" timestamp with time zone,
	"requested_completion" timestamp with time zone,
	"ordered_at" timestamp with time zone NOT NULL,
	"decomposed_at" timestamp with time zone,
	"completed_at" timestamp with time zone,
	CONSTRAINT "product_order_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "product_order_state_known" CHECK ("state" in ('acknowledged', 'rejected', 'pending', 'inProgress', 'held', 'assessingCancellation', 'pendingCancellation', 'cancelled', 'completed', 'failed', 'partial'))
);
--> statement-breakpoint
CREATE TABLE "product_relationship" (
	"tenant_id" text NOT NULL,
	"product_id" text NOT NULL,
	"type" text NOT NULL,
	"related_id" text NOT NULL,
	CONSTRAINT "product_relationship_tenant_id_product_id_type_related_id_pk" PRIMARY KEY("tenant_id","product_id","type","related_id")
);
--> statement-breakpoint
CREATE TABLE "service" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"product_id" text NOT NULL,
	"specification" text NOT NULL,
	"domain" text NOT NULL,
	"state" text NOT NULL,
	"version" integer NOT NULL,
	"characteristics" jsonb NOT NULL,
	"results" jsonb NOT NULL,
	"order_items" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	CONSTRAINT "service_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "service_state_known" CHECK ("state" in ('feasibilityChecked', 'designed', 'reserved', 'inactive', 'active', 'terminated'))
);
--> statement-breakpoint
CREATE TABLE "service_binding" (
	"tenant_id" text NOT NULL,
	"service_id" text NOT NULL,
	"alias" text NOT NULL,
	"relies_on_id" text NOT NULL,
	CONSTRAINT "service_binding_tenant_id_service_id_alias_pk" PRIMARY KEY("tenant_id","service_id","alias")
);
--> statement-breakpoint
CREATE TABLE "service_item" (
	"tenant_id" text NOT NULL,
	"service_order_id" text NOT NULL,
	"ordinal" integer NOT NULL,
	"action" text NOT NULL,
	"service_id" text NOT NULL,
	"specification" text NOT NULL,
	"state" text NOT NULL,
	"characteristics" jsonb NOT NULL,
	"types" jsonb NOT NULL,
	"results" jsonb NOT NULL,
	"changed" text[] NOT NULL,
	"snapshot" text,
	"code" text,
	"before" jsonb,
	CONSTRAINT "service_item_tenant_id_service_order_id_ordinal_pk" PRIMARY KEY("tenant_id","service_order_id","ordinal"),
	CONSTRAINT "service_item_state_known" CHECK ("state" in ('acknowledged', 'rejected', 'pending', 'pendingExternal', 'inProgress', 'held', 'assessingCancellation', 'pendingCancellation', 'cancelled', 'completed', 'failed', 'partial'))
);
--> statement-breakpoint
CREATE TABLE "service_order" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"order_id" text,
	"order_item_id" text,
	"ordinal" integer NOT NULL,
	"domain" text NOT NULL,
	"state" text NOT NULL,
	"version" integer NOT NULL,
	"after" text[] NOT NULL,
	"compensates" text,
	"ordered_at" timestamp with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp with time zone,
	"completed_at" timestamp with time zone,
	CONSTRAINT "service_order_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "service_order_state_known" CHECK ("state" in ('acknowledged', 'rejected', 'pending', 'pendingExternal', 'inProgress', 'held', 'assessingCancellation', 'pendingCancellation', 'cancelled', 'completed', 'failed', 'partial'))
);
--> statement-breakpoint
CREATE TABLE "step" (
	"tenant_id" text NOT NULL,
	"service_order_id" text NOT NULL,
	"item" integer NOT NULL,
	"name" text NOT NULL,
	"ordinal" integer NOT NULL,
	"system" text NOT NULL,
	"verb" text NOT NULL,
	"object" text NOT NULL,
	"values" jsonb NOT NULL,
	"results" jsonb NOT NULL,
	"verify" text NOT NULL,
	"after" text[] NOT NULL,
	"built_after" text[] NOT NULL,
	"if_changed" text[],
	"fixed" jsonb,
	"optional" boolean DEFAULT false NOT NULL,
	"point_of_no_return" boolean DEFAULT false NOT NULL,
	"state" text NOT NULL,
	"way" text DEFAULT 'do' NOT NULL,
	"attempt" integer NOT NULL,
	"generation" integer NOT NULL,
	"decided" boolean NOT NULL,
	"wanted" jsonb,
	"before" jsonb,
	"changed" text[] NOT NULL,
	"error_class" text,
	"error_code" text,
	"error_message" text,
	"started_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	CONSTRAINT "step_tenant_id_service_order_id_item_name_pk" PRIMARY KEY("tenant_id","service_order_id","item","name"),
	CONSTRAINT "step_state_known" CHECK ("state" in ('waiting', 'attempting', 'accepted', 'inDoubt', 'done', 'refused', 'held', 'skipped', 'undoing', 'undone', 'leftBehind'))
);
--> statement-breakpoint
CREATE TABLE "system" (
	"name" text PRIMARY KEY NOT NULL,
	"adapter" text NOT NULL,
	"address" text NOT NULL,
	"limits" jsonb
);
--> statement-breakpoint
CREATE TABLE "tenant" (
	"id" text PRIMARY KEY NOT NULL
);
--> statement-breakpoint
ALTER TABLE "order_item" ADD CONSTRAINT "order_item_tenant_id_order_id_product_order_tenant_id_id_fk" FOREIGN KEY ("tenant_id","order_id") REFERENCES "public"."product_order"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "step" ADD CONSTRAINT "step_tenant_id_service_order_id_service_order_tenant_id_id_fk" FOREIGN KEY ("tenant_id","service_order_id") REFERENCES "public"."service_order"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "dispatch_due" ON "dispatch" USING btree ("due_at");--> statement-breakpoint
CREATE UNIQUE INDEX "event_id" ON "event" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "footprint_live_object" ON "footprint" USING btree ("tenant_id","system","object") WHERE presence <> 'absent';--> statement-breakpoint
CREATE INDEX "product_created" ON "product" USING btree ("tenant_id","created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "product_order_external_id" ON "product_order" USING btree ("tenant_id","client","external_id") WHERE state not in ('rejected', 'failed', 'cancelled');--> statement-breakpoint
CREATE INDEX "product_order_ordered" ON "product_order" USING btree ("tenant_id","ordered_at","id");--> statement-breakpoint
CREATE INDEX "product_order_state" ON "product_order" USING btree ("tenant_id","state");--> statement-breakpoint
CREATE INDEX "product_relationship_related" ON "product_relationship" USING btree ("tenant_id","related_id");--> statement-breakpoint
CREATE INDEX "service_product" ON "service" USING btree ("tenant_id","product_id");--> statement-breakpoint
CREATE INDEX "service_created" ON "service" USING btree ("tenant_id","created_at","id");--> statement-breakpoint
CREATE INDEX "service_binding_relies_on" ON "service_binding" USING btree ("tenant_id","relies_on_id");--> statement-breakpoint
CREATE INDEX "service_item_service" ON "service_item" USING btree ("tenant_id","service_id");--> statement-breakpoint
CREATE INDEX "service_order_order" ON "service_order" USING btree ("tenant_id","order_id");--> statement-breakpoint
CREATE INDEX "service_order_ordered" ON "service_order" USING btree ("tenant_id","ordered_at","id");