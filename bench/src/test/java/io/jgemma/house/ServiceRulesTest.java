package io.jgemma.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Services are found on the module path by {@code provides} and on the class path by files: both must say the same. */
class ServiceRulesTest {
    private static final String DESCRIPTOR = "module-info.class";

    @Test
    void serviceFilesSayWhatModuleDescriptorsProvide() throws IOException {
        List<String> modules = new ArrayList<>();
        for (URL url : Collections.list(ServiceRulesTest.class.getClassLoader().getResources(DESCRIPTOR))) {
            ModuleDescriptor module = read(url);
            if (module.name().startsWith("io.jgemma.")) {
                modules.add(module.name());
                for (ModuleDescriptor.Provides provides : module.provides()) {
                    assertThat(providersInFile(url, provides.service()))
                            .as("%s: META-INF/services/%s", module.name(), provides.service())
                            .containsExactlyElementsOf(provides.providers());
                }
            }
        }
        assertThat(modules)
                .contains(
                        "io.jgemma.engine",
                        "io.jgemma.models",
                        "io.jgemma.cuda.kernels",
                        "io.jgemma.server",
                        "io.jgemma.cli");
    }

    private static ModuleDescriptor read(URL url) throws IOException {
        try (InputStream in = url.openStream()) {
            return ModuleDescriptor.read(in);
        }
    }

    private static List<String> providersInFile(URL descriptor, String service) throws IOException {
        String root = descriptor.toString().substring(0, descriptor.toString().length() - DESCRIPTOR.length());
        URL file = URI.create(root + "META-INF/services/" + service).toURL();
        try (InputStream in = file.openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.replaceFirst("#.*", "").strip())
                    .filter(line -> !line.isEmpty())
                    .toList();
        }
    }
}
