"""The protocols as others judge and speak them: packages of npm against a running server."""
