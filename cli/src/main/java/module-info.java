/** The command line. Models and backends are found at run time, through {@link java.util.ServiceLoader}. */
module io.jgemma.cli {
    requires static org.jspecify;
    requires io.jgemma.engine;
}
