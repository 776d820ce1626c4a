package io.jgemma.server.run;

/** The client has closed its connection, so there is nobody to answer. */
public final class PeerGoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public PeerGoneException() {
        super("the client has closed its connection");
    }
}
