"""When a machine works and what it can promise: values in, values out."""
