package io.jgemma.engine.sample;

/**
 * A token and how likely it was.
 *
 * @param id the token
 * @param logprob natural logarithm of its probability: {@code l - ln sum exp(l)} over the model's logits {@code l}, before
 *     bias, penalties, masks and temperature
 */
public record TokenLogprob(int id, double logprob) {}
