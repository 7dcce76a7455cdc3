import Glibc

// A reader that has seen enough closes the pipe; writing then fails, which `Console` handles, instead of killing.
signal(SIGPIPE, SIG_IGN)
exit(CommandLineTool.run(Array(CommandLine.arguments.dropFirst())))
