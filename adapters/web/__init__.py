"""The pages: playground and gallery."""
