// Most tests wait for servers and faults, so more of them run at a time than there are cores.
[assembly: Xunit.v3.Parallelization(MaxThreads = 6)]
