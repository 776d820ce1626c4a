/**
 * Models from Hugging Face or any web server, and the folder they are kept in.
 *
 * <p>{@link io.jgemma.cli.hub.ModelSource} is what a person names, {@link io.jgemma.cli.hub.Hub} finds out where its files are,
 * {@link io.jgemma.cli.hub.Download} brings one of them, and {@link io.jgemma.cli.hub.ModelStore} says where it lies afterwards.
 */
@NullMarked
package io.jgemma.cli.hub;

import org.jspecify.annotations.NullMarked;
