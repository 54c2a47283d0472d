ALTER TABLE "service" ALTER COLUMN "product_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "service_item" ADD COLUMN "item_id" text;