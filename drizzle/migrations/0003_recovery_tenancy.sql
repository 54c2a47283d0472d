GRANT SELECT, INSERT, UPDATE, DELETE ON "fallout", "watch", "callback", "system_health" TO dialtone_app;
--> statement-breakpoint
-- A system's secret is not for the application's role.
REVOKE SELECT ON "system" FROM dialtone_app;
--> statement-breakpoint
GRANT SELECT ("name", "adapter", "address", "limits", "paused", "paused_why") ON "system" TO dialtone_app;
--> statement-breakpoint
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['fallout', 'watch', 'callback'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY tenant_only ON %I TO dialtone_app USING (tenant_id = current_setting(''app.tenant'', true)) WITH CHECK (tenant_id = current_setting(''app.tenant'', true))',
      name);
  END LOOP;
END $$;
--> statement-breakpoint
-- The relay sees of all tenants what is due or open, and nothing else of theirs.
GRANT SELECT ON "watch", "callback" TO dialtone_relay;
--> statement-breakpoint
GRANT SELECT ("tenant_id", "id", "state", "run_chain", "requested_start", "ordered_at") ON "product_order" TO dialtone_relay;
--> statement-breakpoint
GRANT SELECT ("tenant_id", "id", "order_id", "state", "run_chain", "requested_start", "ordered_at") ON "service_order" TO dialtone_relay;
--> statement-breakpoint
CREATE POLICY due_watches ON "watch" FOR SELECT TO dialtone_relay USING (true);
--> statement-breakpoint
CREATE POLICY due_callbacks ON "callback" FOR SELECT TO dialtone_relay USING (state = 'waiting');
--> statement-breakpoint
CREATE POLICY open_orders ON "product_order" FOR SELECT TO dialtone_relay USING (true);
--> statement-breakpoint
CREATE POLICY open_orders ON "service_order" FOR SELECT TO dialtone_relay USING (true);
