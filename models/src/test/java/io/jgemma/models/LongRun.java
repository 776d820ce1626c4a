package io.jgemma.models;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** A test of minutes to hours: runs only where asked for with {@code -Djgemma.long=true}. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("long")
@Timeout(value = 1, unit = TimeUnit.DAYS)
@EnabledIfSystemProperty(
        named = "jgemma.long",
        matches = "true",
        disabledReason = "it takes long and runs only with -Djgemma.long=true")
@interface LongRun {}
