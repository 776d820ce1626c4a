/** HTTP over the engine's public API. Models and backends are found at run time, through {@link java.util.ServiceLoader}. */
module io.jgemma.server {
    requires static transitive org.jspecify;
    requires transitive io.jgemma.engine;
    requires com.fasterxml.jackson.databind;
    requires com.fasterxml.jackson.dataformat.yaml;
    requires io.helidon.common.buffers;
    requires io.helidon.common.concurrency.limits;
    requires io.helidon.common.configurable;
    requires io.helidon.common.pki;
    requires io.helidon.common.socket;
    requires io.helidon.common.task;
    requires io.helidon.common.tls;
    requires io.helidon.http;
    requires io.helidon.webclient.api;
    requires io.helidon.webclient.http1;
    requires io.helidon.webserver;
    requires micrometer.core;
    requires micrometer.registry.prometheus;

    exports io.jgemma.server;
    exports io.jgemma.server.models;
}
