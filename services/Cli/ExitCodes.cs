namespace BatchInfer.Cli;

/// <summary>What a script learns without reading the output; `batchinfer --help` lists them.</summary>
internal static class ExitCodes
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int BadInput = 2;
    public const int ErrorRows = 3;
    public const int NotFound = 4;
    public const int Interrupted = 130;

    public const string Help =
        """
        Exit codes:
          0    done
          1    failed: the job, the server, or this machine
          2    wrong usage or wrong input
          3    done, but some records became error rows
          4    not found, or a lookup with a miss
          130  interrupted
        """;
}
