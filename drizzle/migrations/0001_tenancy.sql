-- Roles that own nothing. `dialtone_app` sees one tenant at a time, `dialtone_relay` the due lanes of all.
DO $$
DECLARE wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['dialtone_app', 'dialtone_relay'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN NOBYPASSRLS', wanted);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
    EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
  END LOOP;
END $$;
--> statement-breakpoint
GRANT USAGE ON SCHEMA public TO dialtone_app, dialtone_relay;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO dialtone_app;
--> statement-breakpoint
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO dialtone_app;
--> statement-breakpoint
-- The operator's tables are read by every tenant; only a catalogue's domains are added along the way.
REVOKE INSERT, UPDATE, DELETE ON "system", "tenant" FROM dialtone_app;
--> statement-breakpoint
REVOKE UPDATE, DELETE ON "domain" FROM dialtone_app;
--> statement-breakpoint
-- Events and ledgers of attempts are history: never rewritten by the application.
REVOKE UPDATE, DELETE ON "event" FROM dialtone_app;
--> statement-breakpoint
DO $$
DECLARE name text;
BEGIN
  FOR name IN
    SELECT table_name FROM information_schema.columns
    WHERE table_schema = 'public' AND column_name = 'tenant_id'
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY tenant_only ON %I TO dialtone_app USING (tenant_id = current_setting(''app.tenant'', true)) WITH CHECK (tenant_id = current_setting(''app.tenant'', true))',
      name);
  END LOOP;
END $$;
--> statement-breakpoint
GRANT SELECT ON "dispatch" TO dialtone_relay;
--> statement-breakpoint
CREATE POLICY due_lanes ON "dispatch" FOR SELECT TO dialtone_relay USING (true);
--> statement-breakpoint
-- A final state is final, whatever a bug may try.
CREATE FUNCTION final_state_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% % is % and stays so', TG_TABLE_NAME, OLD.id, OLD.state USING ERRCODE = 'check_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER final_state_stays BEFORE UPDATE OF "state" ON "product_order" FOR EACH ROW
  WHEN (OLD.state IN ('rejected', 'cancelled', 'completed', 'failed', 'partial') AND NEW.state <> OLD.state)
  EXECUTE FUNCTION final_state_stays();
--> statement-breakpoint
CREATE TRIGGER final_state_stays BEFORE UPDATE OF "state" ON "service_order" FOR EACH ROW
  WHEN (OLD.state IN ('rejected', 'cancelled', 'completed', 'failed', 'partial') AND NEW.state <> OLD.state)
  EXECUTE FUNCTION final_state_stays();
--> statement-breakpoint
INSERT INTO "tenant" ("id") VALUES ('default') ON CONFLICT DO NOTHING;
