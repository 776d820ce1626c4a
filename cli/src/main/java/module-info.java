/** The command line. Models and backends are found at run time, through {@link java.util.ServiceLoader}. */
module io.jgemma.cli {
    requires static org.jspecify;
    requires com.fasterxml.jackson.databind;
    requires info.picocli;
    requires io.jgemma.engine;
    requires org.jline.reader;
    requires org.jline.terminal;
}
