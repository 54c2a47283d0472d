GRANT SELECT, INSERT, UPDATE, DELETE ON "override", "cancel_task", "bulk_task", "bulk_entry" TO dialtone_app;
--> statement-breakpoint
-- What was done is never unwritten: only what became of it is added.
GRANT SELECT, INSERT ON "audit" TO dialtone_app;
--> statement-breakpoint
GRANT UPDATE ("outcome", "code", "message", "decided_at", "before", "after") ON "audit" TO dialtone_app;
--> statement-breakpoint
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['audit', 'override', 'cancel_task', 'bulk_task', 'bulk_entry'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY tenant_only ON %I TO dialtone_app USING (tenant_id = current_setting(''app.tenant'', true)) WITH CHECK (tenant_id = current_setting(''app.tenant'', true))',
      name);
  END LOOP;
END $$;
--> statement-breakpoint
GRANT SELECT ON "bulk_entry" TO dialtone_relay;
--> statement-breakpoint
CREATE POLICY due_entries ON "bulk_entry" FOR SELECT TO dialtone_relay USING (state = 'waiting');
