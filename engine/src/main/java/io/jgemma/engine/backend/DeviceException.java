package io.jgemma.engine.backend;

/**
 * A device cannot do what was asked: it is not there, too old, has too little memory, or failed. The message is for people
 * and says how to go on where there is a way.
 */
public class DeviceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DeviceException(String message) {
        super(message);
    }

    public DeviceException(String message, Throwable cause) {
        super(message, cause);
    }
}
