-- Cases are counted by state while Prometheus waits: from the index alone.
CREATE INDEX intake_case_state ON intake_case (state);

-- meter_transactions tells how long the oldest transaction has been going on, and how
-- many transactions old the oldest snapshot is that keeps dead rows from being
-- cleared away. The account that migrates may see what the program's role may not.
CREATE FUNCTION meter_transactions(OUT oldest_seconds float8, OUT oldest_xmin_age float8)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
	SELECT
		(SELECT coalesce(extract(epoch FROM max(now() - xact_start)), 0)::float8 FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid()),
		(SELECT coalesce(max(age(x)), 0)::float8 FROM (
			SELECT backend_xmin FROM pg_stat_activity WHERE pid <> pg_backend_pid() UNION ALL
			SELECT xmin FROM pg_replication_slots) AS held (x))
$$;
