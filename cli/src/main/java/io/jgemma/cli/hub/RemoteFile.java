package io.jgemma.cli.hub;

import java.net.URI;
import java.util.Optional;

/**
 * A file that can be fetched.
 *
 * @param page where it is asked for; an address that a signed one is got from, again and again
 * @param path its path in the repository, with {@code /}
 * @param bytes its size
 * @param sha256 its checksum in hexadecimal digits, where one is known
 */
record RemoteFile(URI page, String path, long bytes, Optional<String> sha256) {

    /** The last part of the path. */
    String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
