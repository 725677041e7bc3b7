VALUES
    ('Schema version',
     (SELECT user_version FROM pragma_user_version)),
    ('Experiment file',
     (SELECT file FROM v_experiment WHERE experiment = :experiment)),
    ('Data read',
     (SELECT group_concat(v, ', ')
      FROM (SELECT dataset || iif(data_folder = '', ': made', ' from ' || data_folder)
                   || ', content ' || substr(data_hash, 1, 10) AS v FROM v_run
            WHERE experiment = :experiment GROUP BY 1 ORDER BY min(position)))),
    ('Last run',
     (SELECT recorded || ' UTC' FROM v_experiment WHERE experiment = :experiment)),
    ('Runs made by',
     (SELECT 'winnow ' || group_concat(revision, ', ')
      FROM (SELECT DISTINCT revision FROM v_environment JOIN v_run USING (environment)
            WHERE experiment = :experiment ORDER BY revision)))
