package io.jgemma.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** The BOM has no parent, so it repeats what the parent says. */
class ArtifactRulesTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Document PARENT = read(ROOT.resolve("pom.xml"));
    private static final Document BOM = read(ROOT.resolve("bom/pom.xml"));

    @Test
    void bomListsEveryModuleThatIsInstalled() {
        List<String> installed = texts(PARENT, "/project/modules/module").stream()
                .filter(module -> !module.equals("bom"))
                .map(module -> read(ROOT.resolve(module).resolve("pom.xml")))
                .filter(module ->
                        !texts(module, "/project/properties/maven.install.skip").equals(List.of("true")))
                .flatMap(module -> texts(module, "/project/artifactId").stream())
                .toList();

        assertThat(texts(BOM, "/project/dependencyManagement/dependencies/dependency/artifactId"))
                .hasSizeGreaterThan(4)
                .containsExactlyInAnyOrderElementsOf(installed);
    }

    @Test
    void bomHasTheParentsVersionAndAddress() {
        for (String path : List.of(
                "/project/version",
                "/project/properties/repository.url",
                "/project/url",
                "/project/licenses/license/name",
                "/project/developers/developer/name",
                "/project/scm/connection",
                "/project/scm/url")) {
            assertThat(texts(BOM, path)).as(path).hasSize(1).isEqualTo(texts(PARENT, path));
        }
    }

    private static List<String> texts(Document document, String path) {
        try {
            NodeList nodes =
                    (NodeList) XPathFactory.newInstance().newXPath().evaluate(path, document, XPathConstants.NODESET);
            return IntStream.range(0, nodes.getLength())
                    .mapToObj(i -> nodes.item(i).getTextContent())
                    .toList();
        } catch (XPathExpressionException e) {
            throw new IllegalArgumentException(path, e);
        }
    }

    private static Document read(Path file) {
        try {
            return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
        } catch (Exception e) {
            throw new IllegalStateException(file.toString(), e);
        }
    }
}
