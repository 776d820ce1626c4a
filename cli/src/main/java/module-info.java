/** The command line. Models and backends are found at run time, through {@link java.util.ServiceLoader}. */
module io.jgemma.cli {
    requires static org.jspecify;
    requires io.jgemma.engine;
    requires com.fasterxml.jackson.databind;
    requires io.jgemma.server;
    requires java.management;
    requires java.net.http; // models are fetched
    requires jdk.management;
    requires info.picocli;
    requires org.jline.reader;
    requires org.jline.terminal;
    requires java.desktop; // pictures
    requires jdk.unsupported; // JLine listens for Ctrl-C through sun.misc.Signal

    opens io.jgemma.cli to
            info.picocli;
    opens io.jgemma.cli.bench to
            info.picocli;
    opens io.jgemma.cli.chat to
            info.picocli;
    opens io.jgemma.cli.command to
            info.picocli;
    opens io.jgemma.cli.estimate to
            info.picocli;
    opens io.jgemma.cli.hub to
            info.picocli;
    opens io.jgemma.cli.options to
            info.picocli;
    opens io.jgemma.cli.perplexity to
            info.picocli;
    opens io.jgemma.cli.serve to
            info.picocli;

    provides java.lang.System.LoggerFinder with
            io.jgemma.cli.io.PlainLoggers;
}
