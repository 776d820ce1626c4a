package io.jgemma.cli;

/** Exit codes, part of the documented interface. */
final class ExitCode {
    static final int OK = 0;
    /** The command failed; one line on standard error says why. */
    static final int FAILURE = 1;
    /** The command line makes no sense; one line on standard error says why. */
    static final int USAGE = 2;
    /** Nobody reads standard output any more; what a shell reports of a program ended by SIGPIPE. */
    static final int CLOSED_OUTPUT = 141;

    private ExitCode() {}
}
