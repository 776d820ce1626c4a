package io.jgemma.cli.hub;

import io.jgemma.cli.io.CommandException;

/** What an answer that is no file means, and what to do. */
final class Refusal {
    private Refusal() {}

    static CommandException of(int status, String what, boolean withToken) {
        return new CommandException(
                switch (status) {
                    case 401 ->
                        withToken
                                ? what + " does not exist, or the token in HF_TOKEN may not read it (401)"
                                : what + " does not exist, or asks for an account: set HF_TOKEN to a token of"
                                        + " https://huggingface.co/settings/tokens (401)";
                    case 403 ->
                        what + " is there for those who accept its terms: accept them on its page"
                                + (withToken ? "" : " and set HF_TOKEN to a token of yours") + " (403)";
                    case 404 -> what + " does not exist (404); check the spelling of the name";
                    case 429 -> "the server asks for a pause (429): try again later, or set HF_TOKEN";
                    default -> what + " was not given: the server answered " + status;
                });
    }
}
