SELECT w.code, count(*), min(w.text) FROM v_warning w JOIN v_run r USING (attempt)
WHERE r.experiment = :experiment GROUP BY 1 ORDER BY 2 DESC
