package io.jgemma.engine.template;

/**
 * A string of a template's context that comes from the model's file, such as the name of its begin token. It may spell
 * control tokens, as the template itself may.
 *
 * @param text the characters
 */
public record TrustedText(String text) {}
