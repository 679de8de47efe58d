/** The console: preferences, data, and the pages in them. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Refusal } from './api.ts';
import { App } from './app.tsx';
import { PreferencesProvider } from './preferences.tsx';

const RETRIES = 2;
const FRESH_MS = 5_000;

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      // What was refused stays refused; what did not answer may answer next time.
      retry: (count, error) => !(error instanceof Refusal && error.status < 500) && count < RETRIES,
    },
  },
});

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <PreferencesProvider>
      <QueryClientProvider client={client}>
        <App />
      </QueryClientProvider>
    </PreferencesProvider>
  </StrictMode>,
);
