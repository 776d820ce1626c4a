package io.jgemma.cli.hub;

import io.jgemma.cli.io.UsageException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a model comes from. */
public sealed interface ModelSource {

    /**
     * A repository of Hugging Face.
     *
     * @param owner a user or an organisation
     * @param name the repository's name
     * @param revision a branch, tag or commit
     * @param quant which of its files: a quantization as file names spell it ({@code Q4_K_M}), or a file's name
     */
    record Repository(String owner, String name, String revision, Optional<String> quant) implements ModelSource {

        private static final String MAIN = "main";

        /** {@code owner/name}. */
        public String id() {
            return owner + "/" + name;
        }

        @Override
        public String toString() {
            return "hf:" + id() + quant.map(wanted -> ":" + wanted).orElse("");
        }
    }

    /** A file on a web server. */
    record WebFile(URI address) implements ModelSource {
        /** The last part of the path. */
        public String fileName() {
            String path = address.getPath();
            return path.substring(path.lastIndexOf('/') + 1);
        }

        @Override
        public String toString() {
            return address.toString();
        }
    }

    /** Names of owners, repositories and files: no path may leave the folder of models by one. */
    Pattern REPOSITORY = Pattern.compile("(?:hf:)?(\\w[\\w.-]*)/(\\w[\\w.-]*?)(?:@(\\w[\\w.-]*))?(?::(\\w[\\w.-]*))?");

    /** A page or a file of a repository: {@code /owner/name[/resolve|blob|tree/revision[/file]]}. */
    Pattern PAGE = Pattern.compile("/(\\w[\\w.-]*)/(\\w[\\w.-]*)(?:/(?:resolve|blob|tree)/(\\w[\\w.-]*)(?:/(.+))?)?/?");

    /**
     * Reads {@code [hf:]owner/name[@revision][:quant]}, the address of a repository or of a file.
     *
     * @throws UsageException when it is none of these
     */
    static ModelSource parse(String text) {
        if (text.startsWith("http://") || text.startsWith("https://")) {
            return address(text);
        }
        Matcher matcher = REPOSITORY.matcher(text);
        if (!matcher.matches()) {
            throw new UsageException(
                    "'" + text + "' is not the name of a model; write hf:owner/repository[:quant], an address"
                            + " (https://...), or a name that 'jgemma pull --list' shows");
        }
        return new Repository(
                matcher.group(1),
                matcher.group(2),
                Optional.ofNullable(matcher.group(3)).orElse(Repository.MAIN),
                Optional.ofNullable(matcher.group(4)));
    }

    private static ModelSource address(String text) {
        URI address;
        try {
            address = new URI(text);
        } catch (URISyntaxException e) {
            throw new UsageException("'" + text + "' is not an address: " + e.getReason());
        }
        if (address.getHost() == null || address.getPath() == null) {
            throw new UsageException("'" + text + "' is not an address: it names no host or no file");
        }
        Matcher page = PAGE.matcher(address.getPath());
        if (address.getHost().equals("huggingface.co") && page.matches()) {
            return new Repository(
                    page.group(1),
                    page.group(2),
                    Optional.ofNullable(page.group(3)).orElse(Repository.MAIN),
                    Optional.ofNullable(page.group(4)));
        }
        WebFile file = new WebFile(address);
        if (!file.fileName().matches("\\w[\\w.-]*\\.gguf")) {
            throw new UsageException("'" + text + "' does not end in the name of a .gguf file");
        }
        return file;
    }
}
