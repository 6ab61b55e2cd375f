"""The pooling study: every layer and every pooling from one pass over the sentences."""
