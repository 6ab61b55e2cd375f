"""A sweep as one thing: its jobs are accounted for, resumed, compared and told of together."""
