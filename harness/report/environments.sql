SELECT environment, count(*), cpu, cores, round(memory_bytes / 1073741824.0, 1) || ' GiB',
       threads_used || ' of ' || threads_asked || ' asked', os, governor, blas, blas_core,
       blas_core_found, compiler, flags, revision, host
FROM v_environment JOIN v_run USING (environment)
WHERE experiment = :experiment GROUP BY environment ORDER BY environment
