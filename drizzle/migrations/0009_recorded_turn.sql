ALTER TABLE "product_order" ADD COLUMN "recorded_turn" jsonb;--> statement-breakpoint
ALTER TABLE "service_order" ADD COLUMN "recorded_turn" jsonb;