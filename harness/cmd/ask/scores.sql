-- selection
SELECT c.json, a.artifact, s.n, s.bitmap, a.data_folder, a.data_hash,
    EXISTS (SELECT 1 FROM split WHERE attempt = a.id) FROM cell c
    JOIN attempt a ON a.id = (SELECT id FROM attempt WHERE cell = c.key AND state = 'done'
    ORDER BY timing_reason IS NOT NULL, id DESC LIMIT 1) JOIN selection s ON s.attempt = a.id
    AND s.epoch <= ?
WHERE c.key = ? ORDER BY s.epoch DESC LIMIT 1;
