import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Adds up the test reports of all modules and prints one line of totals, after the reasons of the skipped tests.
 * Started by the last module of the build: {@code java TestSummary.java ROOT BUILD_START}; a report older than the
 * build's start, an instant in ISO 8601, belongs to an earlier build and is left out.
 */
final class TestSummary {
    private final Map<String, Integer> skipReasons = new TreeMap<>();
    private int total;
    private int failed;
    private int skipped;

    public static void main(String[] args) throws IOException, XMLStreamException {
        TestSummary summary = new TestSummary();
        for (Path report : reports(Path.of(args[0]), Instant.parse(args[1]))) {
            summary.add(report);
        }
        summary.print();
    }

    private static List<Path> reports(Path root, Instant start) throws IOException {
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:**/target/surefire-reports/**TEST-*.xml");
        try (Stream<Path> files = Files.find(
                root, 6, (path, attributes) -> matcher.matches(path) && !attributes.lastModifiedTime().toInstant().isBefore(start))) {
            return files.sorted().toList();
        }
    }

    private void add(Path report) throws IOException, XMLStreamException {
        try (InputStream in = Files.newInputStream(report)) {
            XMLStreamReader xml = XMLInputFactory.newDefaultFactory().createXMLStreamReader(in);
            while (xml.hasNext()) {
                if (xml.next() != XMLStreamConstants.START_ELEMENT) {
                    continue;
                }
                if (xml.getLocalName().equals("testsuite")) {
                    total += count(xml, "tests");
                    failed += count(xml, "failures") + count(xml, "errors");
                    skipped += count(xml, "skipped");
                } else if (xml.getLocalName().equals("skipped")) {
                    skipReasons.merge(skipReason(xml), 1, Integer::sum);
                }
            }
        }
    }

    /** A disabled test says its reason in an attribute, a failed assumption in the first line of its stack trace. */
    private static String skipReason(XMLStreamReader xml) throws XMLStreamException {
        String message = xml.getAttributeValue(null, "message");
        String reason = message == null ? xml.getElementText().lines().findFirst().orElse("") : message;
        reason = reason.replaceFirst("^org\\.opentest4j\\.TestAbortedException: ?", "");
        reason = reason.replaceFirst("^Assumption failed: ", "").strip();
        return reason.isEmpty() ? "no reason given" : reason;
    }

    private static int count(XMLStreamReader xml, String attribute) {
        return Integer.parseInt(xml.getAttributeValue(null, attribute));
    }

    private void print() {
        skipReasons.forEach((reason, count) -> System.out.println("skipped " + count + ": " + reason));
        System.out.println("tests: %d passed, %d failed, %d skipped".formatted(total - failed - skipped, failed, skipped));
    }
}
