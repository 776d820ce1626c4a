/** What a model takes before it is there: memory of each device, the longest context that fits, and how fast it can be. */
@NullMarked
package io.jgemma.cli.estimate;

import org.jspecify.annotations.NullMarked;
