SELECT short || ' (' || state || ')', log FROM v_failures
WHERE experiment = :experiment AND log <> '' ORDER BY position LIMIT 50
