<?php

namespace Teahouse;

/** A call that came to nothing: the message is a sentence for the administrator, and never holds a key. */
final class Refused extends \RuntimeException
{
    /** The HTTP status; 0 where there was no answer. */
    public function status(): int
    {
        return $this->getCode();
    }
}
